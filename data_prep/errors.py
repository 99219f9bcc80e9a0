"""The one exception whose text is meant for the person at the keyboard."""


class UserError(Exception):
    """Something that the user can put right.

    message: what is wrong, with the value seen and what is allowed.
    hint: what to do next, usually a command.

    The command line and the dashboard show both sentences; every other exception is a bug.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if hint:
            self.add_note(hint)  # which a traceback shows, in a script of the user's own
