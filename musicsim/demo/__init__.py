"""A small library of synthetic music in clearly different styles, for trying out and testing the program.

`programme` lists the pieces, and `styles` performs them with the tools of `synth`, `drums`, `harmony` and `mixing`.
`encoding` and `render` write the files. Nothing is downloaded and nothing is sampled.

May import only `base` from musicsim.
"""

from musicsim.demo.render import STYLES, DemoTrack, render_demo

__all__ = ["STYLES", "DemoTrack", "render_demo"]
