/** `/schema`: the API's own page, from our own files, reading the description this server gives of itself. */
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";
import "./api.css";

SwaggerUI({
  dom_id: "#api",
  url: "/schema/openapi.json",
  deepLinking: true,
  tryItOutEnabled: false,
  validatorUrl: null, // the default sends the description to a stranger
});
