"""Every file of a municipality's folder, gathered from the rooms that own them: see docs/load.md."""

from vefa.cases.loading import SETTINGS
from vefa.channels.loading import EndpointSection
from vefa.dialogue.loading import PhraseSection
from vefa.directory.load import sections
from vefa.directory.load.municipality import MunicipalitySection
from vefa.kit.loading import Section
from vefa.triage.keywords.loading import KeywordSection

SECTIONS: tuple[Section, ...] = (
    MunicipalitySection(SETTINGS),
    *sections.SECTIONS[1:],
    EndpointSection(),
    PhraseSection(),
    KeywordSection(),
)
