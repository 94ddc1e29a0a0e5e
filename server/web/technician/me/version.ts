/** Which app this is: the release, and by which build of it. */
import { version } from "../../package.json";

/** Built files are named by what is in them; so the name of ours tells one build from another. */
export function buildOf(address: string): string {
  return /-([\w-]{8})\.js$/.exec(new URL(address, "http://onsite").pathname)?.[1] ?? "";
}

export function appVersion(): string {
  const script = document.querySelector<HTMLScriptElement>('script[type="module"][src]')?.src ?? "";
  const build = script === "" ? "" : buildOf(script);
  return build === "" ? version : `${version} (${build})`;
}
