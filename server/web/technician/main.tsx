/** `/app/`: the technician's face. */
import "../shared/look/base.css";
import "./technician.css";
import { openFace } from "../shared/views/FacePage";
import { TechnicianFace } from "./TechnicianFace";

openFace({
  face: "technician",
  roles: new Set(["technician"]),
  inside: (user, session) => <TechnicianFace key={user.id} user={user} session={session} />,
});
