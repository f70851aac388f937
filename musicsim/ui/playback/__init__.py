"""Playing: the queue, the player, its bar, and the process that decodes and sounds.

`process` runs in a process of its own: nothing that the window does makes the sound stutter, and a sound server that
hangs or a decoder that crashes does the window no harm. In it, `sounding` carries out what the window wants,
`rendering` makes one stream of sound of all tracks, and `output` gives it to the device and alone imports QtMultimedia.
`engine` is the window's side of it, and `protocol` what both say. `player` decides what plays, in the order that
`play_queue` keeps.
"""
