"""A property as the libraries for symbols and for words list it."""

from typing import Literal, NamedTuple

import numpy as np

About = Literal["memory", "now", "next"]


class Listed(NamedTuple):
    """name, says, values: as of `TextProperty`, (T,) or per character; yes/no as bool, a number as float32."""

    name: str
    says: str
    values: np.ndarray
    about: About = "memory"
