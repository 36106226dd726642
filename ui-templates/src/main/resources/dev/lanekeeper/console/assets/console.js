// Refreshes the regions that ask for it, and nothing else: every page works without this file.
(() => {
  "use strict";

  const busy = new WeakSet();

  /** Somebody who reads, types or has opened something in a region is not disturbed. */
  function isInUse(region) {
    const selection = document.getSelection();
    return region.contains(document.activeElement)
      || region.querySelector("details[open], input:checked") !== null
      || (selection && !selection.isCollapsed && region.contains(selection.anchorNode));
  }

  function refresh(id) {
    const region = document.getElementById(id);
    if (!region || document.hidden || busy.has(region) || isInUse(region)) {
      return;
    }
    busy.add(region);
    htmx.ajax("GET", location.pathname + location.search, { source: region, target: region, select: "#" + id, swap: "outerHTML" })
      .catch(() => undefined)
      .finally(() => busy.delete(region));
  }

  for (const region of document.querySelectorAll("[data-refresh]")) {
    const seconds = Number(region.dataset.refresh);
    if (seconds > 0 && region.id) {
      setInterval(refresh, seconds * 1000, region.id);
    }
  }
})();
