// The API's documentation: Swagger UI on the server's own description. A page of its own, no part of the app.
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";

SwaggerUI({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  displayRequestDuration: true,
  // Else the page would ask a server of swagger.io for its opinion.
  validatorUrl: null,
});
