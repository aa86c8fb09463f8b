//! The root of the test program: every test of this folder.
test {
    _ = @import("kit.zig");
    _ = @import("containers.zig");
    _ = @import("arenas.zig");
}
