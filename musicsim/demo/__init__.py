"""A small library of synthetic music in clearly different styles, to try the program and to test it.

`programme` says what is played, `styles` how; `synth`, `drums`, `harmony` and `mixing` are what they play with;
`encoding` and `render` make files of it. Nothing is downloaded and nothing is sampled.

May import nothing of musicsim but `errors`.
"""

from musicsim.demo.render import STYLES, DemoTrack, render_demo

__all__ = ["STYLES", "DemoTrack", "render_demo"]
