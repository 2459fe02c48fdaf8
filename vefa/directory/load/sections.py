"""The files of a folder that the directory itself owns, each after those it refers to."""

from vefa.directory.load.agencies import AgenciesSection
from vefa.directory.load.areas import AreasSection
from vefa.directory.load.catalogue import ServicesSection
from vefa.directory.load.days import HolidaysSection
from vefa.directory.load.examples import example_sections
from vefa.directory.load.municipality import MunicipalitySection
from vefa.directory.load.polygons import PolygonsSection
from vefa.directory.load.staff import StaffSection
from vefa.directory.load.transport import LinesSection, StopsSection
from vefa.directory.load.units import UnitsSection
from vefa.kit.loading import Section

SECTIONS: tuple[Section, ...] = (
    MunicipalitySection(),
    HolidaysSection(),
    AreasSection(),
    PolygonsSection(),
    UnitsSection(),
    AgenciesSection(),
    ServicesSection(),
    *example_sections(),
    StopsSection(),
    LinesSection(),
    StaffSection(),
)
