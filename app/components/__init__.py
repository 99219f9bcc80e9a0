"""Streamlit components: pictures that answer in the browser."""
