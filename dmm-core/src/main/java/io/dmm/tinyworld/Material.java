package io.dmm.tinyworld;

/** What a part is made of; each style gives every material its own colour. */
enum Material {
    SUN,
    CLOUD,
    FAR,
    MID,
    SNOW,
    WATER,
    FOAM,
    GROUND,
    PLANT,
    BLOOM,

    HUE,
    HUE_LIGHT,
    HUE_DARK,
    HUE_SHADE,
    CREAM,
    GLASS,
    WOOD,
    DARK,
    LEAF
}
