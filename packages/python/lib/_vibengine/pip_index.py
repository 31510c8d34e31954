"""pip's finder with the pack's wheels: bundled names come from the pack, unless a version is asked for that it does not have.

Also remembers which names have wheels for other machines only, so that a failure can say so (see `pip_hint`).
"""

import re
from urllib.parse import unquote, urljoin

from .fetch import FetchError, fetch

PACK = "https://pack.vibengine.invalid/python/"

# Names of which some wheel was refused for its platform.
foreign = set()
# Those of them for which no wheel was found at all.
hopeless = {}

_pack = None


def canonical(name):
    return re.sub("[-_.]+", "-", name).lower()


def pack_links():
    """The pack's wheels by canonical name: {name: [URL with hash]}. Asked for once."""
    global _pack
    if _pack is None:
        _pack = {}
        try:
            with fetch(PACK) as answer:
                page = answer.read().decode() if answer.status == 200 else ""
        except FetchError:
            page = ""
        for link in re.findall('href="([^"]+)"', page):
            name = unquote(link).partition("-")[0]
            _pack.setdefault(canonical(name), []).append(urljoin(PACK, link))
    return _pack


def compiled_names():
    """The bundled packages that have native parts."""
    return [name for name, links in sorted(pack_links().items()) if any("-wasi_" in link for link in links)]


def _from_pack(module, finder, project_name):
    """The pack's candidates for a name."""
    if canonical(project_name) in map(canonical, finder._locked_links):
        return []
    links = [module.Link(url, comes_from=PACK) for url in pack_links().get(canonical(project_name), [])]
    return finder.evaluate_links(finder.make_link_evaluator(project_name), links) if links else []


def apply(module):
    Finder, Evaluator = module.PackageFinder, module.LinkEvaluator
    evaluate, find_all, find_best = Evaluator.evaluate_link, Finder.find_all_candidates, Finder.find_best_candidate

    def evaluate_link(self, link):
        result = evaluate(self, link)
        if result[0] is module.LinkType.platform_mismatch:
            foreign.add(self._canonical_name)
        return result

    def find_all_candidates(self, project_name):
        found = find_all(self, project_name)
        links = {candidate.link for candidate in found}
        return [*found, *(more for more in _from_pack(module, self, project_name) if more.link not in links)]

    def find_best_candidate(self, project_name, specifier=None, hashes=None):
        bundled = _from_pack(module, self, project_name)
        if bundled:
            evaluator = self.make_candidate_evaluator(project_name=project_name, specifier=specifier, hashes=hashes)
            result = evaluator.compute_best_candidate(bundled)
            best = result.best_candidate
            if best is not None and (not hashes or best.link.is_hash_allowed(hashes)):
                return result
        result = find_best(self, project_name, specifier, hashes)
        name, best = canonical(project_name), result.best_candidate
        if name in foreign and (best is None or not best.link.is_wheel):
            hopeless[name] = project_name
        return result

    Evaluator.evaluate_link = evaluate_link
    Finder.find_all_candidates = find_all_candidates
    Finder.find_best_candidate = find_best_candidate
