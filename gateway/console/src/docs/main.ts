import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";

SwaggerUI({ dom_id: "#api", url: "/openapi.json", deepLinking: true, docExpansion: "none", filter: true });
