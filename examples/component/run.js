// Calls the component of greeter.c, which says how to build it.

const { greet } = await import("../../build/examples/greeter/greeter.js");
for (const name of ["World", "Zoë", "世界", ""]) console.log(greet(name));
