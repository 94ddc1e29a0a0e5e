/** Every text there is, for the faces at the desk; a phone brings only its own (`technician/text`). */
import { en } from "./en";
import { teach } from "./language";
import { zhCN } from "./zh-CN";

teach({ en, "zh-CN": zhCN });
