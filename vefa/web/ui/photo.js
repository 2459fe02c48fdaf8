// Makes photos smaller before they are sent: at most 1600 pixels, without place and camera data.
// A photo that this browser cannot read (or that would grow) goes as it is; the server does the same again.

const LONGEST = 1600;
const QUALITY = 0.82;

const shrink = async (file) => {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob) return file;
  const name = file.name.replace(/\.[^.]*$/, "") + ".jpg";
  return new File([blob], name, { type: "image/jpeg", lastModified: file.lastModified });
};

const lighten = async (input) => {
  const chosen = [...input.files];
  const kept = new DataTransfer();
  for (const file of chosen) {
    const small = file.type.startsWith("image/") ? await shrink(file).catch(() => file) : file;
    kept.items.add(small);
  }
  if (input.files.length === chosen.length) input.files = kept.files;
};

// While photos shrink, sending waits for them: `busy` is awaited by the form.
const busy = new WeakMap();

document.addEventListener("change", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || input.type !== "file" || !input.hasAttribute("data-photo")) return;
  const work = lighten(input).finally(() => busy.delete(input.form));
  if (input.form) busy.set(input.form, work);
});

document.addEventListener(
  "submit",
  (event) => {
    const work = busy.get(event.target);
    if (!work) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter, target } = event;
    work.then(() => target.requestSubmit(submitter));
  },
  { capture: true },
);
