/** Style sheets are bundled beside the script of the app that imports them. */
declare module "*.css";
