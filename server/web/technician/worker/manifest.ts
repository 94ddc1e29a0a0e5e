/** The web app manifest of `/app/`: what the phone's home screen shows. Names in both languages, by the members of the
 * standard for translations where a browser knows them, else in one line. */

const icon = (name: string, size: number, purpose: "any" | "maskable"): object => ({
  src: `/app/${name}`,
  sizes: `${size}x${size}`,
  type: "image/png",
  purpose,
});

export const MANIFEST = {
  id: "/app/",
  start_url: "/app/",
  scope: "/app/",
  display: "standalone",
  lang: "zh-CN",
  dir: "ltr",
  name: "Onsite 技师端 · Technician",
  short_name: "Onsite",
  description: "工单、扫码与签字，没有网络也能工作。Jobs, scans and signatures, also without a network.",
  name_localized: { "zh-CN": "Onsite 技师端", en: "Onsite Technician" },
  short_name_localized: { "zh-CN": "Onsite", en: "Onsite" },
  description_localized: {
    "zh-CN": "工单、扫码与签字，没有网络也能工作。",
    en: "Jobs, scans and signatures, also without a network.",
  },
  categories: ["business", "productivity"],
  orientation: "any",
  background_color: "#f2f4f7",
  theme_color: "#ffffff",
  icons: [
    icon("icon-192.png", 192, "any"),
    icon("icon-512.png", 512, "any"),
    icon("icon-maskable-512.png", 512, "maskable"),
  ],
  shortcuts: [
    { name: "扫码 · Scan", url: "/app/?view=scan", icons: [icon("icon-192.png", 192, "any")] },
    { name: "发件箱 · Outbox", url: "/app/?view=outbox", icons: [icon("icon-192.png", 192, "any")] },
  ],
} as const;
