"""rnnscope: see what a recurrent network for text keeps in its memory."""

from data_prep import *  # noqa: F403
from models import *  # noqa: F403
