/** Sending one photo by tus, once: from where the office has it, until it is there or something goes wrong. When to try
 * again is the caller's to say. */
import { DetailedError, Upload, type HttpRequest, type HttpResponse } from "tus-js-client";
import { readProblem, type Code } from "../../shared/api/problem";

/** `there`: the office has it. `later`: no answer, or one that time mends. `refused`: `code` says why. */
export type Sent =
  | { readonly kind: "there" }
  | { readonly kind: "later"; readonly code: Code | null }
  | { readonly kind: "refused"; readonly code: Code };

export interface Sending {
  readonly content: Blob;
  readonly sha256: string;
  readonly job_id: string;
  /** Where it stands at the office, when it was begun. */
  readonly url: string | null;
  readonly endpoint: string;
  /** The access token; a new one when `stale` was refused; null when there is none to be had. */
  readonly token: (stale?: string | null) => Promise<string | null>;
  readonly begun: (url: string) => void;
  readonly progress: (sent: number) => void;
  readonly largest?: (bytes: number) => void;
  readonly signal: AbortSignal;
}

const STALLED_MS = 30_000; // without one more byte; the server gives up a silent line after 20 s
/** So small that the bytes go along with the request that begins it. */
const AT_ONCE_BYTES = 64 * 1024;
/** Statuses that time, or another request's end, mends. */
const PASSING = new Set([0, 401, 408, 409, 410, 423, 425, 429, 460]);

export async function send(sending: Sending): Promise<Sent> {
  const first = await attempt(sending, null);
  if (first.status !== 401) return first.sent;
  return (await attempt(sending, first.token)).sent; // renewed once
}

interface Attempt {
  readonly sent: Sent;
  readonly status: number;
  readonly token: string | null;
}

function attempt(sending: Sending, stale: string | null): Promise<Attempt> {
  const { content, sha256, job_id, url, endpoint, signal } = sending;
  return new Promise((resolve) => {
    let token: string | null = null;
    let timer = 0;
    const end = (sent: Sent, status = 0): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve({ sent, status, token });
    };
    const stop = (): void => {
      void upload.abort().catch(() => undefined);
      end({ kind: "later", code: null });
    };
    const moved = (): void => {
      clearTimeout(timer);
      timer = window.setTimeout(stop, STALLED_MS);
    };
    const upload = new Upload(content, {
      endpoint,
      ...(url === null ? {} : { uploadUrl: url }),
      metadata: { sha256, job_id, filename: `${sha256.slice(0, 12)}.bin`, filetype: content.type },
      uploadDataDuringCreation: content.size <= AT_ONCE_BYTES,
      storeFingerprintForResuming: false, // the box keeps where it stands
      retryDelays: null,
      onBeforeRequest: async (request: HttpRequest) => {
        moved();
        token = await sending.token(stale);
        if (token === null) throw new TypeError("no login to be had");
        request.setHeader("authorization", `Bearer ${token}`);
      },
      onAfterResponse: (request: HttpRequest, response: HttpResponse) => {
        moved();
        const [status, offset] = [response.getStatus(), Number(response.getHeader("upload-offset"))];
        // What the office has already, it does not want again.
        if (request.getMethod() === "POST" && status === 201 && offset === content.size)
          finish({ kind: "there" }, status);
        // tus would take it for gone, and begin anew.
        else if (status === 401) finish({ kind: "later", code: "token_expired" }, status);
      },
      onUploadUrlAvailable: () => {
        if (upload.url !== null && upload.url !== url) sending.begun(upload.url);
      },
      onProgress: (sent) => {
        moved();
        sending.progress(sent);
      },
      onSuccess: () => {
        end({ kind: "there" });
      },
      onError: (fault) => {
        const { sent, status } = read(fault, sending);
        end(sent, status);
      },
    });
    function finish(sent: Sent, status: number): void {
      void upload.abort().catch(() => undefined);
      end(sent, status);
    }
    if (signal.aborted) {
      end({ kind: "later", code: null });
      return;
    }
    signal.addEventListener("abort", stop);
    moved();
    upload.start();
  });
}

function read(fault: Error | DetailedError, { largest }: Sending): { sent: Sent; status: number } {
  const response = fault instanceof DetailedError ? fault.originalResponse : null;
  const status = response?.getStatus() ?? 0;
  if (response === null || status === 0) return { sent: { kind: "later", code: null }, status: 0 };
  const { code } = readProblem(status, parsed(response.getBody()));
  largest?.(Number(response.getHeader("tus-max-size")));
  const passing = PASSING.has(status) || status >= 500 || status < 400 || code === "unknown";
  return { sent: passing ? { kind: "later", code } : { kind: "refused", code }, status };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null; // a captive portal's page
  }
}
