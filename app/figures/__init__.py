"""Figure builders: results in, figures out; no Streamlit."""
