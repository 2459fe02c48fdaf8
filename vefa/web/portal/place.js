// The place of a report: the position of the device, or a pin on a map that is fetched only when somebody asks for it.
// Without this file the place is written in words, which counts just as much.

const box = document.querySelector("[data-position]");
const said = box.querySelector("[data-said]");
const latitude = document.getElementById("id_lat");
const longitude = document.getElementById("id_lon");
const unpin = box.querySelector("[data-unpin]");
const map = document.getElementById("pick-map");

const tell = () => {
  const { value: lat } = latitude;
  const { value: lon } = longitude;
  unpin.hidden = !lat;
  const words = box.dataset.found.replace("{lat}", Number(lat).toFixed(5)).replace("{lon}", Number(lon).toFixed(5));
  said.textContent = lat ? `\u2066${words}\u2069` : "";
};

const take = (lat, lon) => {
  latitude.value = lat;
  longitude.value = lon;
  tell();
  const detail = lat && [Number(lat), Number(lon)];
  latitude.dispatchEvent(new CustomEvent("vefa:placed", { detail })); // for a map that is open
};

latitude.addEventListener("change", tell);
unpin.addEventListener("click", () => {
  take("", "");
  box.querySelector("[data-locate-me]").focus(); // its own button is gone
});

box.querySelector("[data-locate-me]").addEventListener("click", () => {
  const refused = () => {
    said.textContent = box.dataset.refused;
  };
  if (!navigator.geolocation) return refused();
  const found = ({ coords }) => take(coords.latitude.toFixed(6), coords.longitude.toFixed(6));
  return navigator.geolocation.getCurrentPosition(found, refused, { enableHighAccuracy: true, timeout: 10000 });
});

const script = (address) =>
  new Promise((done, failed) => {
    const element = Object.assign(document.createElement("script"), { src: address, onload: done, onerror: failed });
    document.head.append(element);
  });

box.querySelector("[data-show-map]").addEventListener("click", async ({ currentTarget: button }) => {
  button.setAttribute("aria-expanded", "true");
  button.hidden = true;
  const style = { rel: "stylesheet", href: map.dataset.leafletStyle };
  document.head.append(Object.assign(document.createElement("link"), style));
  await script(map.dataset.leaflet);
  map.dataset.map = "";
  if (latitude.value) Object.assign(map.dataset, { latitude: latitude.value, longitude: longitude.value });
  await import(map.dataset.script);
  map.focus();
});

tell();
