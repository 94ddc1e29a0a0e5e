/** `/desk/`: the dispatcher's face. Managers and auditors see it too; auditors only look. */
import "../shared/text/whole";
import "../shared/look/base.css";
import "./dispatcher.css";
import { openFace } from "../shared/views/FacePage";
import { Desk } from "./Desk";

openFace({
  face: "desk",
  roles: new Set(["dispatcher", "outlet_manager", "centre_manager", "hq_manager", "auditor"]),
  inside: (user, session) => <Desk key={user.id} user={user} session={session} />,
});
