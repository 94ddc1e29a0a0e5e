/** Our few signs, drawn in lines; always beside a word or a label, never instead of one. */
import type { JSX } from "preact";

const PATHS = {
  mark: "M12 21s7-6.2 7-11.5A7 7 0 0 0 5 9.5C5 14.8 12 21 12 21zM9 9.5l2.2 2.2L15.5 7.5",
  search: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.5 15.5 20 20",
  online: "M5 12.5a10 10 0 0 1 14 0M8 15.7a5.6 5.6 0 0 1 8 0M12 19v.01M2 9.3a14.5 14.5 0 0 1 20 0",
  offline: "M12 19v.01M8 15.7a5.6 5.6 0 0 1 6-1.2M3 3l18 18M2 9.3a14.5 14.5 0 0 1 5-3.3M11 5.2a14.5 14.5 0 0 1 11 4.1",
  phone: "M6 3h3l2 5-2.5 1.5a11 11 0 0 0 6 6L16 13l5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z",
  route: "M12 3 21 20.5 12 17l-9 3.5z",
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6 6 18",
  done: "M5 12.5l4.5 4.5L19 7.5",
  empty: "M4 7h16v12H4zM4 7l3-3h10l3 3M9 12h6",
  warning: "M12 4 22 20H2zM12 10v5M12 17.5v.01",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4 20a8 8 0 0 1 16 0",
  keyboard: "M3 7h18v10H3zM7 11v.01M11 11v.01M15 11v.01M8 14h8",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  clock: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 8v4.5l3 2",
  message: "M4 5h16v11H10l-5 4v-4H4z",
  photo: "M4 7h4l2-2h4l2 2h4v12H4zM12 10a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
  link: "M10 14a4 4 0 0 0 6 .5l2.5-2.5a4 4 0 0 0-5.7-5.7L11.5 7.5M14 10a4 4 0 0 0-6-.5L5.5 12a4 4 0 0 0 5.7 5.7l1.3-1.2",
  leave: "M14 4h5v16h-5M4 12h11M11 8l4 4-4 4",
  scan: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h16",
  light: "M9 17h6M10 20h4M8.5 14.5A5.5 5.5 0 1 1 15.5 14.5c-.8.7-1 1.5-1 2.5h-5c0-1-.2-1.8-1-2.5z",
  calendar: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
  outbox: "M12 15V4M8 8l4-4 4 4M4 14v6h16v-6",
  unit: "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8",
  sound: "M4 9.5v5h3.5L13 19V5L7.5 9.5zM16.5 8.5a5 5 0 0 1 0 7M19 6a8.5 8.5 0 0 1 0 12",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
