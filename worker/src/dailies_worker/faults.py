"""What can go wrong with a job, and whether another attempt makes sense."""


class JobFault(Exception):
    """A job that cannot be done. `message` is for the member who asked."""

    def __init__(self, code: str, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.code = code
        self.message = message[:500]
        self.retryable = retryable


class BadInput(JobFault):
    """The request is not one that the model can make; another attempt changes nothing."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__("bad_input", f"{field}: {message}", retryable=False)
        self.field = field


class OutOfMemory(Exception):
    """The card has too little memory for the job as it was tried."""


class Dropped(Exception):
    """The site wants the job no more, or has given it to another worker."""


class TokenRefused(Exception):
    """The site does not know the token, or it was revoked."""


class SiteUnreachable(Exception):
    """The site does not answer, or only with errors of its own."""
