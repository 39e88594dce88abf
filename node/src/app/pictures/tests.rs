//! What becomes of pictures in a house that is alone in its network. A real worker process reads them.
