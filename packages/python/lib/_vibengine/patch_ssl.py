"""ssl: contexts can be made and set up, encrypting is the browser's."""

from _ssl import WHY


def apply(module):
    def wrap_socket(self, *args, **kwargs):
        raise module.SSLError(WHY)

    module.SSLContext.wrap_socket = wrap_socket
