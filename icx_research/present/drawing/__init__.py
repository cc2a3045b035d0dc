"""The common parts of all figures: one object per figure, style, axes, texts, saving.

A new figure is one file in `figures/`: a frozen dataclass below `figure.Figure`, named after what
it draws (`ReliabilityFigure`), whose fields are results and nothing else. It says `name`,
`caption`, `alt` and `source`, draws in `_draw(ax)`, and gives `_rows` if it is made of rows;
`plot`, `save` and the display in a notebook are inherited. Below it stands the short way,
``plot_x(result, *, ax=None)``, with an example. It estimates nothing and shows units only if they
are protected. Key, room and height: `placing`; rows and columns of texts: `rows`; dots: `marks`.
"""
