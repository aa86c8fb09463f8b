//! The package `granary` is one module of that name, which also links libgranary.a. It has no mode or
//! target of its own; the module takes those of the program that imports it.
const std = @import("std");

pub fn build(b: *std.Build) void {
    const library = b.option(std.Build.LazyPath, "library", "path of libgranary.a") orelse built(b);
    const module = b.addModule("granary", .{ .root_source_file = b.path("src/granary.zig") });
    module.addObjectFile(library);
}

/// Returns the path of the library that `make` leaves in the repository that holds this package.
fn built(b: *std.Build) std.Build.LazyPath {
    const path = "../dist/libgranary.a";
    b.build_root.handle.access(b.graph.io, path, .{}) catch std.process.fatal(
        "granary: {s} is not there: run `make` in the repository, or give its path as the option `library`",
        .{b.pathFromRoot(path)},
    );
    return b.path(path);
}
