"""Playing: the queue, the player, its bar, and the process that decodes and sounds.

`process` runs in a process of its own: nothing that the window does makes the sound stutter, and a sound server that
hangs or a decoder that crashes does the window no harm. In it, `sounding` carries out what the window wants, and
`following` knows what comes after what; `stream` makes one stream of sound of all tracks, `rendering` does so ahead of
what is heard, and `output` gives it to the device and alone imports QtMultimedia.
`engine` is the window's side of it, `player_process` the life of the process, and `protocol` what both say. `playing`
has the engine play what `play_queue` keeps in order, by what `lineup` makes of it; `player` adds what the listener
wants. `deck` puts all of it together, for a window that adds the widgets.
"""
