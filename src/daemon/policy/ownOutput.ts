/** What stands for the content of a file that a command names and that only its own runs have written last. */
export const ownOutput = "written by this command";
