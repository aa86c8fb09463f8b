-- What Lua does with a heap: strings that are born and dropped, tables that grow and are rehashed,
-- closures, coroutines, errors, both kinds of collector, and an allocation that must fail. Prints only
-- what is the same on every run: no addresses, no times, no order of `pairs`.

local function checksum(text)
  local sum = 0
  for i = 1, #text do
    sum = (sum * 31 + text:byte(i)) % 4294967291
  end
  return sum
end

-- A fixed sequence of numbers (Numerical Recipes' constants).
local state = 42
local function random(limit)
  state = (state * 1664525 + 1013904223) % 4294967296
  return state // 65536 % limit + 1
end

local function strings()
  local syllables = { "gra", "na", "ry", "wa", "sm", "li", "bo", "ke", "to", "zu" }
  local count, order = {}, {}
  for _ = 1, 30000 do
    local word = ""
    for _ = 1, random(4) do
      word = word .. syllables[random(#syllables)]
    end
    if not count[word] then
      count[word] = 0
      order[#order + 1] = word
    end
    count[word] = count[word] + 1
  end
  table.sort(order, function(a, b)
    return count[a] > count[b] or count[a] == count[b] and a < b
  end)
  local text = table.concat(order, " ")
  print("strings", #order, order[1], count[order[1]], #text, checksum(text))
  local swapped = text:gsub("(%a+) (%a+)", "%2 %1"):upper():reverse()
  print("patterns", #swapped, checksum(swapped), select(2, text:gsub("gra", "")))
  local long = {}
  for size = 1, 2000 do
    long[size % 50] = ("x"):rep(size * 37)
  end
  print("long strings", #long[0], #long[49])
end

local function tables()
  local numbers = {}
  for i = 1, 200000 do
    numbers[i] = random(1000000)
  end
  table.sort(numbers)
  print("array", #numbers, numbers[1], numbers[100000], numbers[200000])
  local sparse, kept = {}, 0
  for round = 1, 5 do
    for i = 1, 20000 do
      sparse[i * 7 + round] = { i, round }
    end
    for key in pairs(sparse) do
      if key % 3 == 0 then
        sparse[key] = nil
      end
    end
  end
  for _ in pairs(sparse) do
    kept = kept + 1
  end
  print("hash", kept)
end

local function trees()
  local function grow(depth)
    return depth == 0 and {} or { left = grow(depth - 1), right = grow(depth - 1) }
  end
  local function size(tree)
    return tree.left and 1 + size(tree.left) + size(tree.right) or 1
  end
  for _, mode in ipairs({ "incremental", "generational" }) do
    collectgarbage(mode)
    local long_lived, nodes = grow(13), 0
    for _ = 1, 60 do
      nodes = nodes + size(grow(9))
    end
    print("trees", mode, nodes, size(long_lived))
  end
  collectgarbage("incremental")
end

local function closures()
  local adders = {}
  for i = 1, 20000 do
    local total = i
    adders[i] = function(amount)
      total = total + amount
      return total
    end
  end
  local sum = 0
  for i = 1, 20000 do
    sum = sum + adders[i](i) + adders[i](1)
  end
  print("closures", sum)
end

local function coroutines()
  local function numbers(limit)
    return coroutine.wrap(function()
      for i = 2, limit do
        coroutine.yield(i)
      end
    end)
  end
  local function without(prime, source)
    return coroutine.wrap(function()
      for number in source do
        if number % prime ~= 0 then
          coroutine.yield(number)
        end
      end
    end)
  end
  local source, primes = numbers(300), {}
  while true do
    local prime = source()
    if not prime then
      break
    end
    primes[#primes + 1] = prime
    source = without(prime, source)
  end
  print("coroutines", #primes, primes[#primes])
  local finished = 0
  for i = 1, 3000 do
    local thread = coroutine.create(function(a)
      return coroutine.yield(a) + 1
    end)
    coroutine.resume(thread, i)
    finished = finished + select(2, coroutine.resume(thread, i))
  end
  print("threads", finished)
end

local function errors()
  local caught = 0
  for i = 1, 3000 do
    local ok, message = pcall(function()
      local nested = { pcall(error, { i }) }
      error("error " .. nested[2][1], 0)
    end)
    if not ok and message == "error " .. i then
      caught = caught + 1
    end
  end
  print("errors", caught, select(2, pcall(load, "return", nil, "b")))
end

-- The memory has a limit of 64 MiB here. Lua makes an error of a malloc that answers NULL, and goes on.
local function refusals()
  for _, size in ipairs({ 1 << 27, 1 << 30, (1 << 31) - 1000 }) do
    print("refused", size, pcall(string.rep, "x", size))
  end
  print("again", #("z"):rep(1 << 20))
end

strings()
tables()
trees()
closures()
coroutines()
errors()
refusals()
print("done")
