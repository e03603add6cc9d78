"""The live session: a camera, a protocol that follows the person, a window, and a journal that loses nothing."""
