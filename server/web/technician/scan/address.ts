/** The addresses of the scan: the camera, or a product's sheet. Pure. */
import type { UnitCode } from "../../shared/codes/read";

/** `jobId`: the job in hand, null when nobody came from one. */
export function scanAddress(jobId: string | null): URLSearchParams {
  return new URLSearchParams({ view: "scan", ...(jobId === null ? {} : { job: jobId }) });
}

/** The sheet of a product: opened by a scan, or from its job. */
export function unitAddress({ gtin, serial }: UnitCode, jobId: string | null): URLSearchParams {
  const address = scanAddress(jobId);
  address.set("gtin", gtin);
  address.set("serial", serial);
  return address;
}

export function jobAddress(jobId: string): URLSearchParams {
  return new URLSearchParams({ job: jobId });
}

/** The code that the address names; null: the camera's screen. */
export function codeIn(query: URLSearchParams): UnitCode | null {
  const [gtin, serial] = [query.get("gtin"), query.get("serial")];
  return gtin === null || serial === null ? null : { gtin, serial };
}
