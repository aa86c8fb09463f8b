// A program without a C++ library that uses new and delete: for a container, for objects with
// virtual functions, and for an over-aligned type.
//
//   make && mkdir -p build/examples
//   clang++-19 --target=wasm32 -std=c++20 -O2 -ffreestanding -fno-exceptions -fno-rtti -nostdlib \
//     examples/cpp/shapes.cc dist/libgranary.a -Wl,--no-entry,--stack-first \
//     -o build/examples/shapes.wasm
//   node examples/cpp/run.js
//
// A `new` for which there is no memory traps in granary_operator_new_found_no_memory.

namespace {

template <class T>
class Vector {
 public:
  Vector() = default;
  Vector(const Vector&) = delete;
  Vector& operator=(const Vector&) = delete;
  ~Vector() { delete[] items_; }

  void push(T item) {
    if (length_ == capacity_) {
      capacity_ = capacity_ == 0 ? 8 : 2 * capacity_;
      T* const items = new T[capacity_];
      for (unsigned i = 0; i < length_; ++i) items[i] = items_[i];
      delete[] items_;
      items_ = items;
    }
    items_[length_++] = item;
  }

  T* begin() { return items_; }
  T* end() { return items_ + length_; }

 private:
  T* items_ = nullptr;
  unsigned length_ = 0;
  unsigned capacity_ = 0;
};

struct Shape {
  virtual ~Shape() = default;
  virtual double area() const = 0;
};

struct Square : Shape {
  explicit Square(double side) : side(side) {}
  double area() const override { return side * side; }
  double side;
};

struct Circle : Shape {
  explicit Circle(double radius) : radius(radius) {}
  double area() const override { return 3.14159265358979 * radius * radius; }
  double radius;
};

// A tally has a cache line of its own.
struct alignas(64) Tally {
  double total = 0;
  unsigned count = 0;
};

}  // namespace

// An abstract class refers to this function, which a C++ library would have.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" void __cxa_pure_virtual() { __builtin_trap(); }

extern "C" __attribute__((export_name("totalArea"))) double total_area(unsigned count) {
  Vector<Shape*> shapes;
  for (unsigned i = 0; i < count; ++i) {
    shapes.push(i % 2 == 0 ? static_cast<Shape*>(new Square(i)) : new Circle(i));
  }
  Tally* const tally = new Tally;
  for (const Shape* shape : shapes) {
    tally->total += shape->area();
    ++tally->count;
    delete shape;
  }
  const double total = tally->total;
  delete tally;
  return total;
}
