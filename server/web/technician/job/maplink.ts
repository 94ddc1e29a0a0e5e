/** A link that opens the phone's own map. Pure. */

export interface Place {
  readonly lat: number;
  readonly lon: number;
  readonly address: string;
}

/** `geo:` (RFC 5870) with the place as a query, which Android's maps show as a pin; iPhones know only Apple's link. */
export function mapLink({ lat, lon, address }: Place, userAgent: string): string {
  const at = `${lat.toFixed(6)},${lon.toFixed(6)}`;
  const label = encodeURIComponent(address.replaceAll(/\s+/g, " ").slice(0, 120));
  if (/iPhone|iPad|Macintosh/.test(userAgent)) return `https://maps.apple.com/?ll=${at}&q=${label || at}`;
  return `geo:${at}?q=${at}${label === "" ? "" : `(${label})`}`;
}
