/** The device's key: ES256, made at enrolment by WebCrypto. The private half cannot be read out by anybody, also not by
 * this app: what the database keeps is a handle. Twin of offline_sync/replica/keys.py. It signs what customers sign,
 * never requests. */

const AT_ONCE = 0x8000; // arguments that every browser takes in one call
const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;
const HASHED = { name: "ECDSA", hash: "SHA-256" } as const;
const HEADER = base64(new TextEncoder().encode('{"alg":"ES256"}'));

/** For `POST /devices` (RFC 7517). */
export interface PublicKey {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
}

/** As the replica's database keeps it, with the identity it belongs to (E-7). */
export interface KeptKey {
  readonly secret: CryptoKey;
  readonly public: PublicKey;
}

// Keeps E-5 of docs/sync-protocol.md.
export class DeviceKey {
  constructor(readonly kept: KeptKey) {}

  static async generate(): Promise<DeviceKey> {
    const pair = await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
    const { x = "", y = "" } = await crypto.subtle.exportKey("jwk", pair.publicKey);
    return new DeviceKey({ secret: pair.privateKey, public: { kty: "EC", crv: "P-256", x, y } });
  }

  get public(): PublicKey {
    return this.kept.public;
  }

  /** A detached JWS (RFC 7515, appendix F) over `payload`. */
  async sign(payload: Uint8Array<ArrayBuffer>): Promise<string> {
    const signed = new TextEncoder().encode(`${HEADER}.${base64(payload)}`);
    const signature = await crypto.subtle.sign(HASHED, this.kept.secret, signed);
    return `${HEADER}..${base64(new Uint8Array(signature))}`;
  }
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let from = 0; from < bytes.length; from += AT_ONCE)
    text += String.fromCharCode(...bytes.subarray(from, from + AT_ONCE));
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
