"""Playback: the queue, the player, its bar, and the process that decodes and outputs sound.

`process` runs in a process of its own: nothing in the window makes the sound stutter, and a hanging sound server or a
crashing decoder does not harm the window. In that process, `sounding` carries out the window's commands, and
`following` knows which track comes next. `stream` joins all tracks into one stream of sound, `rendering` computes it
ahead of what is heard, and `output` passes it to the device. Only `output` imports QtMultimedia.
In the window, `engine` controls the process, `player_process` manages its lifetime, and `protocol` defines the messages
between the two sides. `play_queue` keeps the order of the tracks, `lineup` makes the engine's items from it, and
`playing` has the engine play them; `player` adds the listener's commands. `deck` puts all of it together for a window
that adds the widgets.
"""
