/** The part of swagger-ui-dist we use; the package brings no types for its module build. */
declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  interface SwaggerOptions {
    readonly dom_id: string;
    readonly url: string;
    readonly deepLinking: boolean;
    readonly tryItOutEnabled: boolean;
    readonly validatorUrl: string | null;
  }
  export default function SwaggerUI(options: SwaggerOptions): unknown;
}
