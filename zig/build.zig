//! The package `granary` is one module of that name, which also links libgranary.a. It has no mode or
//! target of its own; the module takes those of the program that imports it. A released package holds the
//! libraries in lib/; in the repository they are where `make` leaves them.
const std = @import("std");

pub fn build(b: *std.Build) void {
    const product = b.option([]const u8, "product", "libgranary, libgranary-checked, ...") orelse "libgranary";
    const library = b.option(std.Build.LazyPath, "library", "path of a library") orelse find(b, product);
    const module = b.addModule("granary", .{ .root_source_file = b.path("src/granary.zig") });
    module.addObjectFile(library);
}

/// Returns the path of a library of the package, or of the repository that holds it.
fn find(b: *std.Build, product: []const u8) std.Build.LazyPath {
    const released = exists(b, "lib");
    const path = b.fmt("{s}/{s}.a", .{ if (released) "lib" else "../dist", product });
    const remedy = if (released) "name one of that folder in the option `product`" else "run `make` in the repository";
    if (!exists(b, path)) std.process.fatal(
        "granary: {s} is not there: {s}, or give a path as the option `library`",
        .{ b.pathFromRoot(path), remedy },
    );
    return b.path(path);
}

fn exists(b: *std.Build, path: []const u8) bool {
    b.build_root.handle.access(b.graph.io, path, .{}) catch return false;
    return true;
}
