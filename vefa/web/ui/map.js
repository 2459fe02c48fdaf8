// A map that adds precision to words. data-map on an element; Leaflet is loaded by the page as a plain script.
//   data-latitude, data-longitude   what to show        data-areas="/…geojson"   our own outlines, shown without any tiles
//   data-tiles="https://…/{z}/…"    only if the city set it        data-picks="id_lat id_lon"   fields that a pin fills
//   data-points="id"   a list whose items with data-latitude, data-longitude, data-count, data-sort are shown too;
//                      pressing one on the map opens the list at its item
// By keyboard: arrows pan, + and - zoom, and the button [data-pin] puts the pin at the centre.

const CLOSE = 16;
const L = window.L;

const colours = (element) => {
  const style = getComputedStyle(element);
  return { line: style.getPropertyValue("--quiet").trim(), brand: style.getPropertyValue("--firuze").trim() };
};

// Leaflet takes a text for markup: whatever somebody wrote is given to it as an element that holds the words.
const inWords = (text) => {
  const words = Object.assign(document.createElement("span"), { dir: "auto" });
  words.textContent = text;
  return words;
};

const outlines = async (map, url, paint) => {
  const answer = await fetch(url, { headers: { Accept: "application/geo+json" } });
  if (!answer.ok) return null;
  const style = { color: paint.line, weight: 1.25, fillColor: paint.brand, fillOpacity: 0.05 };
  const named = (feature, layer) => feature.properties?.name && layer.bindTooltip(inWords(feature.properties.name));
  return L.geoJSON(await answer.json(), { style, onEachFeature: named }).addTo(map);
};

const pinOf = (map, paint) => {
  const look = { radius: 9, color: paint.brand, weight: 3, fillColor: paint.brand, fillOpacity: 0.35 };
  return L.circleMarker(map.getCenter(), look);
};

const picker = (map, pin, element) => {
  const [latitude, longitude] = element.dataset.picks.split(" ").map((id) => document.getElementById(id));
  const put = (point) => {
    pin.setLatLng(point).addTo(map);
    latitude.value = point.lat.toFixed(6);
    longitude.value = point.lng.toFixed(6);
    latitude.dispatchEvent(new Event("change", { bubbles: true }));
    const words = element.dataset.placed;
    if (words) document.dispatchEvent(new CustomEvent("vefa:say", { detail: words }));
  };
  map.on("click", (event) => put(event.latlng));
  for (const button of document.querySelectorAll(`[data-pin="${element.id}"]`)) {
    button.hidden = false;
    button.addEventListener("click", () => put(map.getCenter()));
  }
  for (const button of document.querySelectorAll(`[data-locate="${element.id}"]`)) {
    button.hidden = !navigator.geolocation;
    button.addEventListener("click", () => map.locate({ setView: true, maxZoom: CLOSE }));
  }
  map.on("locationfound", (event) => put(event.latlng));
  const follow = (point) => (point ? map.panInside(pin.setLatLng(point).addTo(map).getLatLng()) : pin.remove());
  latitude.addEventListener("vefa:placed", ({ detail }) => follow(detail)); // the page took or dropped a position
  if (latitude.value && longitude.value) put(L.latLng(Number(latitude.value), Number(longitude.value)));
};

// The places of a list, which is the equal way for who sees no map.
const places = (map, list) => {
  const group = L.featureGroup();
  for (const item of list.querySelectorAll(":scope > [data-latitude]")) {
    const { latitude, longitude, count, sort } = item.dataset;
    const face = Object.assign(document.createElement("span"), { className: `spot spot-${sort}` });
    face.textContent = count === "1" || count === "۱" ? "" : count;
    const icon = L.divIcon({ html: face, className: "spot-place", iconSize: null });
    const words = inWords(item.querySelector("[data-words]")?.textContent ?? "");
    const spot = L.marker([Number(latitude), Number(longitude)], { icon, keyboard: false });
    spot.bindTooltip(words).addTo(group);
    spot.on("click", () => {
      item.closest("details")?.setAttribute("open", "");
      item.querySelector("a")?.focus();
    });
  }
  if (group.getLayers().length) map.fitBounds(group.addTo(map).getBounds().pad(0.2), { maxZoom: CLOSE });
  return group.getLayers().length > 0;
};

const draw = async (element) => {
  element.hidden = false;
  const paint = colours(element);
  const { latitude, longitude, tiles, areas, label } = element.dataset;
  const map = L.map(element, { keyboard: true, attributionControl: Boolean(tiles), zoomSnap: 0.5 });
  map.getContainer().setAttribute("role", "application");
  if (label) map.getContainer().setAttribute("aria-label", label);
  if (tiles) L.tileLayer(tiles, { maxZoom: 19, attribution: element.dataset.credit ?? "" }).addTo(map);
  const list = document.getElementById(element.dataset.points ?? "");
  const point = latitude && longitude ? L.latLng(Number(latitude), Number(longitude)) : null;
  map.setView(point ?? [0, 0], point ? CLOSE : 2);
  const listed = list ? places(map, list) : false;
  const layer = areas ? await outlines(map, areas, paint).catch(() => null) : null;
  if (!point && !listed && layer?.getBounds().isValid()) map.fitBounds(layer.getBounds());
  const pin = pinOf(map, paint);
  if (point) pin.setLatLng(point).addTo(map);
  if (element.dataset.picks) picker(map, pin, element);
};

if (L) for (const element of document.querySelectorAll("[data-map]")) draw(element);
