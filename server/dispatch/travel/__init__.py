from server.dispatch.travel.source import Travel as Travel
from server.dispatch.travel.source import in_use as in_use
from server.dispatch.travel.telling import Told as Told
