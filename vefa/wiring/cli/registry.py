"""The commands of `vefa`, in the order in which one meets them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A command's name, the module that does it, and what it needs before it runs."""

    name: str
    module: str
    summary: str
    bare: bool = False  # without Django: the supervisor stays small
    database: bool = True  # attach the home's database first


COMMANDS = (
    Entry("up", "up", "Run everything on this machine: database, web, worker.", bare=True, database=False),
    Entry("demo", "demo", "Fill the demo town with months of invented history."),
    Entry("load", "load", "Load a municipality's description from a folder."),
    Entry("endpoint", "endpoint", "Add, list and change the accounts on which people write to the city."),
    Entry("staff", "staff", "Add and list the people who work at the desk, and set their passwords."),
    Entry("triage", "triage", "Say what the model of services knows, let it learn, go back."),
    Entry("import", "importing", "Take in contacts from a file."),
    Entry("export", "export", "Write contacts, cases, deliveries or events as JSON lines."),
    Entry("check", "check", "Say whether this installation is fit, and what to do if not.", database=False),
    Entry("web", "web", "Serve the pages and hooks alone.", bare=True, database=False),
    Entry("work", "work", "Run a worker alone."),
)
