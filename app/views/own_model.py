"""Taking in a network that was trained elsewhere."""

import streamlit as st

from app.panels.training.add_model import add_model

st.title("Your model", anchor=False)
st.markdown(
    "A network that you trained yourself with PyTorch: an embedding (or one-hot input), `nn.RNN`, `nn.GRU` or "
    "`nn.LSTM`, and a linear decoder. Cell, sizes, layers and what is shared are found out from names and shapes. "
    "Another kind of network can be looked at by its recorded states."
)
add_model()
