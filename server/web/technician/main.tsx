/** `/app/`: the technician's face. */
import "./text/own";
import "../shared/look/base.css";
import "./technician.css";
import { openFace } from "../shared/views/FacePage";
import { takeOffered } from "./enrol/code";
import { Enrol } from "./enrol/Enrol";
import { listenForOffer } from "./enrol/installing";
import { applyTextSize } from "./me/textsize";
import { noteFault } from "./phone/faultlog";
import { TechnicianFace } from "./TechnicianFace";
import { keepUpToDate } from "./update/running";

// The worker answers for what lies below it.
if (location.pathname === "/app") history.replaceState(null, "", `/app/${location.search}${location.hash}`);
takeOffered();
addEventListener("hashchange", takeOffered);
addEventListener("unhandledrejection", ({ reason }) => {
  noteFault(reason);
});
applyTextSize();
listenForOffer();
openFace({
  face: "technician",
  roles: new Set(["technician"]),
  inside: (user, session) => <TechnicianFace key={user.id} user={user} session={session} />,
  outside: (session, ended) => <Enrol session={session} ended={ended} />,
});
keepUpToDate();
