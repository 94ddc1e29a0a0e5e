from server.products.labels.drawing import draw as draw
from server.products.labels.layout import DPI as DPI
from server.products.labels.layout import Form as Form
from server.products.labels.layout import human_readable as human_readable
