/** A file of this name says that a folder on a host is labsweep's: hosts clean removes what labsweep made in it. */
export const folderMarker = '.labsweep-folder';
