// What the customer signs, made on the device: see "What is signed" in docs/sync-protocol.md. No dependencies.

/** RFC 8785: members in the order of their UTF-16, no spaces, texts and numbers as JavaScript writes them.
 * tests/vectors/manifest.json has cases; what is not JSON is for the caller to refuse. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.keys(value).sort()
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`
}

/** The arguments of an operation that carries what was signed: the manifest as it is (C-3), and over its canonical form
 * the device's detached JWS (RFC 7515, appendix F). `jwk`: the private key that was enrolled. */
export async function signed(manifest, jwk) {
  const curve = { name: 'ECDSA', namedCurve: 'P-256' }
  const key = await crypto.subtle.importKey('jwk', jwk, curve, false, ['sign'])
  const header = base64('{"alg":"ES256"}')
  const said = new TextEncoder().encode(`${header}.${base64(canonical(manifest))}`)
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, said)
  return { manifest, signature: `${header}..${base64(signature)}` }
}

/** @param {string | ArrayBuffer} content */
function base64(content) {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content)
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
