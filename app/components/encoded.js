// Arrays of numbers as the server sends them.

function bytes(encoded) {
  return Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
}
